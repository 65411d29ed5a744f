import { isIn, type ProductSet } from "../../../rules/access/visible-products.ts";
import type { Board } from "./assemble-board.ts";

/** Boards with the products that somebody may see. The same object for the same board and products. */
export interface VisibleBoards {
  of(board: Board, visible: ProductSet): Board;
}

export function createVisibleBoards(): VisibleBoards {
  const known = new WeakMap<Board, Map<string, Board>>();
  return {
    of(board, visible) {
      if (visible === "all") return board;
      const parts = known.get(board) ?? new Map<string, Board>();
      known.set(board, parts);
      const key = visible.join();
      const part = parts.get(key) ?? {
        ...board,
        products: board.products.filter((one) => isIn(visible, one.product.id)),
      };
      parts.set(key, part);
      return part;
    },
  };
}
